-- An entry in the middle of the chain that somebody may want to be another one.
SELECT seq, record
FROM audits
WHERE tenant_id = $1
  AND seq > $2
  AND (entry).action = 'payout.approved'
ORDER BY seq
LIMIT 1
