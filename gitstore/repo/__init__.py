"""The use cases: what can be done with the data of a work tree, as functions and as `Repo`."""
