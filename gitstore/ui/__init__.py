"""What people and programs see of `git storage`: the only package that writes to the terminal."""
