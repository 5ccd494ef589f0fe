"""Ageing and de-ageing by latent diffusion."""
