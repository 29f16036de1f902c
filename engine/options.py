"""Options of every command that runs stages."""

from __future__ import annotations

from typing import Annotated

import typer

BackendOption = Annotated[
    str,
    typer.Option(
        "--backend",
        help="What runs the stages: onnxruntime, openvino, onnxruntime-cuda, tensorrt or "
        "tensorrt-rtx.",
    ),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="Threads inside an operator.", show_default="all cores"),
]
PrecisionOption = Annotated[
    str | None,
    typer.Option(
        "--precision",
        help="TensorRT: which of the built engines, fp16, bf16, fp32 or int8. OpenVINO: what it "
        "computes in, bf16 or fp32.",
        show_default="fp16 for TensorRT, fp32 for OpenVINO",
    ),
]
DeviceOption = Annotated[int, typer.Option("--device", min=0, help="Which GPU, from 0.")]
