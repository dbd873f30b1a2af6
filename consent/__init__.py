"""May this be shared? Written consent from asking to withdrawal, who must sign, and what the steps add up to."""
