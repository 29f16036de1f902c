"""ONNX Runtime: stages on the CPU, and on an NVIDIA GPU through its CUDA provider."""
