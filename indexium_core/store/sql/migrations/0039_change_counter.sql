-- The change counter of the home, see `store/change_counter.py`.
CREATE SEQUENCE changes START 1;
