"""The bundle: a directory of ONNX graphs with one JSON manifest."""
