-- Whether the titles of a library of a kind are looked up at providers. Nothing of the others is sent: the providers know
-- films and series. `model.names.title_guess.is_looked_up` is the same rule; a removed library has no kind.
CREATE MACRO is_looked_up(kind) AS coalesce(kind, 'home') NOT IN ('home', 'educational');
