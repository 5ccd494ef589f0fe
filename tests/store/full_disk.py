"""A disk that fills up: a library that is loaded before others and refuses to write below one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Below FULL_BELOW the first FULL_AFTER bytes can be written, then no byte more. */
static long long written = 0;

static int is_full(int fd, size_t count) {
  const char *below = getenv("FULL_BELOW"), *after = getenv("FULL_AFTER");
  char link[64], path[4096];
  if (!below || !after) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  if (strncmp(path, below, strlen(below))) return 0;
  if (written + (long long)count > atoll(after)) { errno = ENOSPC; return 1; }
  written += (long long)count;
  return 0;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t n) { REAL(write); return is_full(fd, n) ? -1 : real(fd, data, n); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
  REAL(pwrite); return is_full(fd, n) ? -1 : real(fd, data, n, at);
}
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
  REAL(pwrite64); return is_full(fd, n) ? -1 : real(fd, data, n, at);
}
"""


def library(folder: Path) -> Path | None:
    """Build the library in ``folder``; ``None`` where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    source, built = folder / "full_disk.c", folder / "full_disk.so"
    source.write_text(SOURCE)
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", built, source, "-ldl"], capture_output=True, check=False
    )
    return built if done.returncode == 0 else None


def environment(built: Path, below: Path, *, after_bytes: int) -> dict[str, str]:
    """Return the environment for a process that can write ``after_bytes`` more below a folder."""
    changes = {"LD_PRELOAD": str(built), "FULL_BELOW": str(below), "FULL_AFTER": str(after_bytes)}
    return {**os.environ, **changes}
