"""Crews: the same work on many photographs, in this process, in processes of this machine, or in a Ray cluster."""
