"""What happens when processes die, disks fill and links break."""
