"""The six stakes and the three principles, as the policies state them, and what is found of each."""
