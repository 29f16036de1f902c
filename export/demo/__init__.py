"""Scripts that make what `runtime/demo` ships."""
