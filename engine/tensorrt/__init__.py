"""Engines of TensorRT and of TensorRT for RTX: built once, kept in a cache, found again.

`building` makes what a bundle needs, `cache` keeps and finds it, `running` plays with it.
"""
