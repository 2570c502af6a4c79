-- What identifiers say, for files; diguan.rulebook.identifiers is the other half, and says where the rules come from.
-- Every macro takes the number as identifier_normal leaves it.

CREATE OR REPLACE TEMP MACRO identifier_day(t) AS
    CASE WHEN TRY_CAST(left(t, 4) || '-' || substr(t, 5, 2) || '-' || right(t, 2) AS DATE) >= DATE '1880-01-01'
         THEN TRY_CAST(left(t, 4) || '-' || substr(t, 5, 2) || '-' || right(t, 2) AS DATE) END;

CREATE OR REPLACE TEMP MACRO identifier_check_digit(n) AS
    substr('10X98765432', 1 + (
        7 * CAST(substr(n, 1, 1) AS INTEGER) + 9 * CAST(substr(n, 2, 1) AS INTEGER) + 10 * CAST(substr(n, 3, 1) AS INTEGER)
        + 5 * CAST(substr(n, 4, 1) AS INTEGER) + 8 * CAST(substr(n, 5, 1) AS INTEGER) + 4 * CAST(substr(n, 6, 1) AS INTEGER)
        + 2 * CAST(substr(n, 7, 1) AS INTEGER) + 1 * CAST(substr(n, 8, 1) AS INTEGER) + 6 * CAST(substr(n, 9, 1) AS INTEGER)
        + 3 * CAST(substr(n, 10, 1) AS INTEGER) + 7 * CAST(substr(n, 11, 1) AS INTEGER) + 9 * CAST(substr(n, 12, 1) AS INTEGER)
        + 10 * CAST(substr(n, 13, 1) AS INTEGER) + 5 * CAST(substr(n, 14, 1) AS INTEGER) + 8 * CAST(substr(n, 15, 1) AS INTEGER)
        + 4 * CAST(substr(n, 16, 1) AS INTEGER) + 2 * CAST(substr(n, 17, 1) AS INTEGER)) % 11, 1);

CREATE OR REPLACE TEMP MACRO identifier_state_gb11643(n) AS
    CASE WHEN n = '' OR n IS NULL THEN NULL
         WHEN NOT regexp_full_match(n, '[1-9][0-9]{16}[0-9X]') THEN 'malformed'
         WHEN identifier_day(substr(n, 7, 8)) IS NULL OR identifier_check_digit(n) <> substr(n, 18, 1) THEN 'suspect'
         ELSE 'valid' END;
CREATE OR REPLACE TEMP MACRO identifier_part_gb11643(n, part) AS
    CASE WHEN n IS NULL OR NOT regexp_full_match(n, '[1-9][0-9]{16}[0-9X]') THEN NULL
         WHEN part = 'gender' THEN CASE WHEN CAST(substr(n, 17, 1) AS INTEGER) % 2 = 1 THEN 'male' ELSE 'female' END
         WHEN part = 'born_on' THEN CAST(identifier_day(substr(n, 7, 8)) AS VARCHAR) END;

CREATE OR REPLACE TEMP MACRO identifier_state_cn_disability_card(n) AS
    CASE WHEN n = '' OR n IS NULL THEN NULL
         WHEN NOT regexp_full_match(n, '[0-9]{17}[0-9X]([1-7][1-4](B[0-9])?)?') THEN 'malformed'
         ELSE identifier_state_gb11643(left(n, 18)) END;
CREATE OR REPLACE TEMP MACRO identifier_part_cn_disability_card(n, part) AS
    CASE WHEN identifier_state_cn_disability_card(n) = 'malformed' THEN NULL
         WHEN part = 'card_kind' THEN nullif(substr(n, 19, 1), '')
         WHEN part = 'card_grade' THEN nullif(substr(n, 20, 1), '')
         ELSE identifier_part_gb11643(left(n, 18), part) END;

CREATE OR REPLACE TEMP MACRO identifier_state_phone(n) AS
    CASE WHEN n = '' OR n IS NULL THEN NULL WHEN regexp_full_match(n, '\+?[0-9]{7,15}') THEN 'valid' ELSE 'malformed' END;
CREATE OR REPLACE TEMP MACRO identifier_state_account(n) AS
    CASE WHEN n = '' OR n IS NULL THEN NULL WHEN regexp_full_match(n, '\+?[0-9]{8,30}') THEN 'valid' ELSE 'malformed' END;
CREATE OR REPLACE TEMP MACRO identifier_state_plain(n) AS
    CASE WHEN n = '' OR n IS NULL THEN NULL ELSE 'valid' END;
