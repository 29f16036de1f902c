"""Engines of TensorRT and of TensorRT for RTX: built once, and kept in a cache.

`building` builds the engines that a bundle needs, `cache` stores and finds them, `running` runs
them.
"""
