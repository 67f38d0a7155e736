"""Where the work is done: `cluster=slurm` is `slurm.py`.

A module has `device(config)`, the device that its workers will have, None for this machine's;
`describe(plan, missing)`, what a dry run says of it; and `run(plans)`, which returns the exit
status.
"""
