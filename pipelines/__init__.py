"""Recipes: file to suggestion, approved decision to publication."""
