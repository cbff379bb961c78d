"""The thin ring that asks the world for its states and carries plans out."""
