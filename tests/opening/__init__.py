"""Reading data of a project without staging it, from Python."""
