"""Two runs beside each other: what is newly broken, newly kept, new, gone and slower."""
