"""Load simulation: players who are not there, asking for what real ones ask for, and an audit afterwards."""
