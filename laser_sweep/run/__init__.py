"""Running a sweep: from its plan to its report."""
