"""What every training shares: work folder, settings, schedule, checkpoints, face cache, device."""
