"""Beyond one machine: thin adapters to Ray. Ray is imported by the functions that use it."""
