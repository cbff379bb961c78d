"""The file system of a mount: what it shows, how its bytes are read ahead and kept, how it writes.

`tree` is what is shown, `content` gives the bytes, `blocks` keeps them on disk, `drafts`
takes what is written, `files` answers the kernel, and `process` runs until it is unmounted. Only
`process` knows FUSE.
"""
