-- What permissive policies of tables of tenants say, and whether that is a comparison of the tenant, alone or with more conditions joined by
-- AND. The text is one that the server wrote, in which each operator stands in parentheses; it is reduced from the inside to <bound>,
-- <tenant>, <column> and <other>.
clauses AS (
    WITH RECURSIVE said AS (
        SELECT p.object, told.clause, told.text, asked.tenant_word,
               -- What reads the setting: the server's own function, and those whose text names it.
               concat_ws('|',
                   'current_setting\(' || regexp_replace(quote_literal(asked.setting), '(\W)', '\\\1', 'g')
                       || '(?:::text)?(?:, (?:true|false))?\)',
                   (SELECT string_agg(
                        format('(?:%s\.)?%s\((?:%s(?:, %3$s)*)?\)',
                               regexp_replace(quote_ident(n.nspname), '(\W)', '\\\1', 'g'),
                               regexp_replace(quote_ident(f.proname), '(\W)', '\\\1', 'g'),
                               '(?:''(?:[^'']|'''')*''|-?\d+|true|false|NULL)(?:::[\w. ]+)?'),
                        '|')
                    FROM functions f
                    JOIN pg_proc p ON p.oid = f.oid
                    JOIN pg_namespace n ON n.oid = p.pronamespace
                    WHERE f.oid = ANY (told.calls) AND f.body ~ asked.setting_word)
               ) AS reader
        FROM asked
        CROSS JOIN policies p
        CROSS JOIN LATERAL (
            VALUES ('USING', p.using_text, p.using_calls), ('WITH CHECK', p.check_text, p.check_calls)
        ) AS told (clause, text, calls)
        WHERE p.tenant IS NOT NULL AND p.polpermissive AND told.text IS NOT NULL
    ),
    -- Without literals and quoted names, which may hold whatever looks like more.
    plain AS (
        SELECT s.object, s.clause, s.text, step4.text AS plain_text
        FROM said s
        CROSS JOIN LATERAL regexp_replace(
            s.text, '\(((?:''(?:[^'']|'''')*''|\d+)(?:::[\w. ]+)?) = \1\)', 'true', 'g'
        ) AS step1 (text)
        CROSS JOIN LATERAL regexp_replace(step1.text, '(?<![\w."])(?:' || s.reader || ')', '<tenant>', 'g') AS step2 (text)
        CROSS JOIN LATERAL regexp_replace(step2.text, '''(?:[^'']|'''')*''', '''''', 'g') AS step3 (text)
        CROSS JOIN LATERAL regexp_replace(
            regexp_replace(step3.text, '(?<!\.)' || s.tenant_word, '<column>', 'g'), '"(?:[^"]|"")*"', '""', 'g'
        ) AS step4 (text)
    ),
    reduced AS (
        SELECT object, clause, text, plain_text, plain_text AS rest
        FROM plain
        UNION ALL
        SELECT r.object, r.clause, r.text, r.plain_text,
               -- What is innermost and none of these has come to its end.
               CASE WHEN step4.text <> r.rest THEN step4.text ELSE regexp_replace(r.rest, '\([^()]*\)', '<other>', 'g') END
        FROM reduced r
        CROSS JOIN LATERAL regexp_replace(
            r.rest,
            '\mNULLIF\(<tenant>, ''''(?:::(?:character varying|[\w.]+))?\)'
                || '|(?<![\w"])\((?: SELECT )?<tenant>(?: (?:->>?|#>>) ''''(?:::[\w.\[\]]+)?)?(?: AS (?:\w+|""))?\)',
            '<tenant>', 'g'
        ) AS step1 (text)
        CROSS JOIN LATERAL regexp_replace(
            step1.text, '(?:<tenant>|(?<![\w"])\(<tenant>\))::(?:character varying|[\w.]+)', '<tenant>', 'g'
        ) AS step2 (text)
        CROSS JOIN LATERAL regexp_replace(
            step2.text, '(?<![\w"])\(<column>\)(?:::(?:character varying|[\w.]+))?', '<column>', 'g'
        ) AS step3 (text)
        CROSS JOIN LATERAL regexp_replace(
            step3.text,
            '(?<![\w"])\((?:<column> = <tenant>|<tenant> = <column>|(?! SELECT )(?:[^()]* AND )?<bound>(?: AND [^()]*)?)\)',
            '<bound>', 'g'
        ) AS step4 (text)
        WHERE strpos(r.rest, '(') > 0
    )
    SELECT object, clause, text, rest = '<bound>' AS is_bound,
           plain_text ~* '^true$|\mOR true\M|\mtrue OR\M' AS is_true
    FROM reduced
    WHERE strpos(rest, '(') = 0
)
