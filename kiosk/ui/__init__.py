"""The glass: draws a scene and reports what was pressed, nothing else."""
