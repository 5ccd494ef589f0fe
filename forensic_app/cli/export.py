"""What leaves the workstation: the group of commands that hand something out."""

from __future__ import annotations

import typer

from forensic_app.cli import export_bundle, export_case, export_image, export_poster

app = typer.Typer(help="Hand out derived images and cases, marked and recorded.", no_args_is_help=True)
for _module in (export_image, export_bundle, export_case, export_poster):
    _module.register(app)
