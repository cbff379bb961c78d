"""The tour that `make demo` gives: real data, two people, a storage server on this machine."""
