"""Alerts about accounts: raised by changes of scores, worked on with a playbook, ended with an outcome."""
