"""OpenVINO: stages on the CPU, in float32 or in bfloat16."""
