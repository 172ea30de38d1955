-- The code of an item whose write or rollback was started and undone is its outcome: `undone`, before `restored`.
UPDATE metadata_operation_items SET code = 'undone'
WHERE code = 'restored' AND status IN ('pending', 'writing', 'skipped');
