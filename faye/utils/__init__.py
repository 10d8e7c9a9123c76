"""Small shared tools, one noun a module."""
