"""Eight bits: activations recorded from real cycles, layers chosen by the error each one causes.

The way of a stage, one module each: `music` finds what is played, `recording` plays it and keeps
what goes into every stage, `ranges` tells how far each activation reaches, `quantising` lets ONNX
Runtime's quantiser write the pairs of QuantizeLinear and DequantizeLinear, `mixing` takes them for
some convolutions and leaves the others in float32, `judging` measures what that costs,
`sensitivity` which layer costs it, and `calibrating` puts them in order.
"""
