"""What contracts have handed over: the calendar of deliveries, what came, what was answered, what lateness costs."""
