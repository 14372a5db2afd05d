# t/dialog
