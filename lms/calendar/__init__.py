"""The calendar: everything with a time that a person may see, as a page and as iCalendar feeds."""
