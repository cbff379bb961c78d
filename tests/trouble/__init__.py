"""What happens when networks, disks, machines and other people do their worst."""
