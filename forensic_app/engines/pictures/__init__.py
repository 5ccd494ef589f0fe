"""What every engine shares around a picture: run, photograph, paste-back, measuring, guard, band."""
