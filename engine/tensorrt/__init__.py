"""Engines of TensorRT and of TensorRT for RTX: built once, kept in a cache, found again.

`build.build_bundle` builds what a bundle needs; `loading.find_engines` finds it at run time.
"""
