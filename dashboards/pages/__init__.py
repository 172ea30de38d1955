"""The pages of the dashboard: each folder holds one page, with the components that only this page uses."""
