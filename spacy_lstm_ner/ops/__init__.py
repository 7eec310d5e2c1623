"""Pure array maths on packed rows, numpy or cupy."""
