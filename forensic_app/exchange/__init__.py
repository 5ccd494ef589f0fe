"""What leaves the workstation in forms that others read: marks in pictures, and cases as linked data."""
