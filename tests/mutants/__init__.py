"""Mutation testing by sample: does a test notice a small fault in a function?"""
