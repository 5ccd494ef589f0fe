"""Runs: the queue, its one worker process, and the environment they are executed in."""
