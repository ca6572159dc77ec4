"""手書き数字の VAE と VQ-VAE"""
