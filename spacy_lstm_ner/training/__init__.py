"""Training: loggers, optimizers, and runs that can be stopped and go on."""
