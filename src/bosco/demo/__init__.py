"""The bundled application with life in it."""
