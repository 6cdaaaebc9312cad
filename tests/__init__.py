"""Tests of gongkai; makers build the files they need."""
