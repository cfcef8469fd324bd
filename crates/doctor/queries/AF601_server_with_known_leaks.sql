-- Releases of the server with known faults through which rows leak.
WITH floors (major, minor, leak) AS (
    VALUES (17, 6, 'CVE-2025-8713'), (16, 10, 'CVE-2025-8713'), (15, 14, 'CVE-2025-8713'), (14, 19, 'CVE-2025-8713'), (13, 22, 'CVE-2025-8713'),
           (17, 1, 'CVE-2024-10976'), (16, 5, 'CVE-2024-10976'), (15, 9, 'CVE-2024-10976'), (14, 14, 'CVE-2024-10976'), (13, 17, 'CVE-2024-10976'),
           (15, 4, 'CVE-2023-39418'),
           (15, 3, 'CVE-2023-2455'), (14, 8, 'CVE-2023-2455'), (13, 11, 'CVE-2023-2455')
)
SELECT format('server: %s', floors.leak) AS object,
       format('%s.%s has it; %s.%s is the first of its line without', asked.version / 10000, asked.version % 10000, floors.major, floors.minor) AS detail
FROM asked
JOIN floors ON floors.major = asked.version / 10000 AND floors.minor > asked.version % 10000
