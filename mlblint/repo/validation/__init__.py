"""What MetalLB's parser refuses, rule by rule, by release and way of speaking BGP."""
