"""How the worker knows a simulation."""

SIMULATE_JOB = "compliance:simulation:run"
