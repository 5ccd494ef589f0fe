"""Teach a base pack one subject's face as a small adapter, without losing control of the age."""
