-- cn-jilin-2020 of 2020-05-29 as somebody would write it by hand for DuckDB, without unknowns: a missing value is
-- whatever SQL makes of it. Gives the same files: outcomes, derived values, totals at five levels.
CREATE TEMP TABLE screened AS
WITH person AS (
    SELECT household_id,
           count(*) AS members,
           count(*) FILTER (WHERE labour_capacity IN ('ordinary', 'skilled', 'weak')) AS workers,
           count(*) FILTER (WHERE age BETWEEN 6 AND 15) AS school_age_members,
           count(*) FILTER (WHERE age BETWEEN 6 AND 15 AND student_status = 'dropout') AS dropouts,
           sum(wage_income + public_post_income) FILTER (WHERE age > 15) AS wages,
           bool_and(NOT (age BETWEEN 6 AND 15) OR student_status IN ('enrolled', 'home_teaching', 'medically_unable', 'suspended', 'deferred', 'not_due', 'completed')) AS schooled,
           bool_and(basic_medical_insurance) AS insured,
           bool_and(critical_illness_cover) AS covered,
           bool_and(medical_aid) AS aided,
           bool_or(health_status IN ('chronic', 'serious_illness')) AS ill,
           bool_or(health_status = 'disabled' OR disability_grade <> 'none') AS disabled,
           bool_or(age >= 60) AND bool_and(age >= 60 OR age <= 15) AS elderly_only
    FROM (SELECT *, date_diff('year', birth_date, DATE '2020-05-29')
                    - CASE WHEN (month(birth_date), day(birth_date)) > (5, 29) THEN 1 ELSE 0 END AS age FROM persons)
    GROUP BY household_id
),
income AS (
    SELECT household.*, members, workers, members - workers AS dependants, workers > 0 AS has_labour,
           school_age_members, dropouts, coalesce(wages, 0) AS wages, schooled, insured, covered, aided, ill, disabled, elderly_only,
           planting_receipts + livestock_receipts + forestry_receipts + other_operating_receipts AS operating_receipts,
           land_rent + dividends + other_property_income AS property_income,
           pension_income + low_guarantee_income + destitute_support_income + farm_subsidies + eco_compensation
               + disability_allowance + old_age_allowance + family_support + other_transfers AS transfer_income,
           medical_self_paid + education_self_paid + other_rigid_spending AS rigid_spending
    FROM households AS household JOIN person USING (household_id)
),
net AS (
    SELECT *, operating_receipts - operating_costs AS net_operating_income,
           wages + operating_receipts + property_income + transfer_income - operating_costs AS net_income
    FROM income
),
risk AS (
    SELECT *, round(CAST(net_income AS DOUBLE) / members, 6) AS net_income_per_capita,
           CAST(transfer_income AS DOUBLE) / nullif(net_income + operating_costs, 0) AS transfer_share,
           (CAST(net_income + insurance_receipts - rigid_spending AS DOUBLE)) / members AS reference_income_per_capita,
           CAST(medical_self_paid AS DOUBLE) / nullif(net_income + operating_costs, 0) AS medical_burden,
           NOT has_labour AS no_labour, income_collapsed AS income_fell,
           spending_surged OR rigid_spending > net_income AS spending, disaster_hit OR epidemic_hit AS shock
    FROM net
),
judged AS (
    SELECT *, greatest(4000 - net_income_per_capita, 0) AS income_gap,
           ill OR disabled OR elderly_only OR no_labour OR income_fell OR spending OR shock AS at_risk,
           staple_food_enough AND protein_food_when_wanted AS food,
           seasonal_clothing AND winter_bedding AS clothing,
           school_age_members = 0 OR schooled AS education,
           insured AND covered AND (registry_status = 'none' OR aided) AND care_nearby AS health,
           housing_grade IN ('A', 'B') AS housing,
           water_quality = 'qualified' AND (water_litres >= 35 OR (water_dry_area AND water_litres >= 20))
               AND (water_in_house OR water_minutes <= 20) AND water_short_days <= 36 AS water,
           net_income_per_capita >= 4000 AS income
    FROM risk
)
SELECT household_id, place, members AS persons, food, clothing, education, health, housing, water, income,
       CASE WHEN registry_status = 'poor' THEN 'remaining_poor'
            WHEN registry_status = 'exited' AND ((net_income_per_capita < 6000 AND at_risk)
                 OR NOT (food AND clothing AND education AND health AND housing AND water AND income)) THEN 'unstable_exited'
            WHEN registry_status = 'none' AND net_income_per_capita < 6000 AND at_risk THEN 'near_poor'
            ELSE 'none' END AS cohort,
       members, workers, dependants, has_labour, school_age_members, dropouts, wages, operating_receipts, net_operating_income,
       property_income, transfer_income, net_income, net_income_per_capita, income_gap, transfer_share, rigid_spending,
       reference_income_per_capita, medical_burden, ill, disabled, elderly_only, no_labour, income_fell, spending, shock, at_risk
FROM judged;

COPY (SELECT household_id, place, persons, cohort, food, clothing, education, health, housing, water, income FROM screened)
    TO '{out}/outcomes.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (SELECT household_id, members, workers, dependants, has_labour, school_age_members, dropouts, wages, operating_receipts,
             net_operating_income, property_income, transfer_income, net_income, net_income_per_capita, income_gap, transfer_share,
             rigid_spending, reference_income_per_capita, medical_burden, ill, disabled, elderly_only, no_labour, income_fell,
             spending, shock, at_risk FROM screened)
    TO '{out}/derived.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    WITH leaf AS (
        SELECT place, count(*) AS households, sum(persons) AS persons,
               count(*) FILTER (WHERE food) AS food, count(*) FILTER (WHERE clothing) AS clothing,
               count(*) FILTER (WHERE education) AS education, count(*) FILTER (WHERE health) AS health,
               count(*) FILTER (WHERE housing) AS housing, count(*) FILTER (WHERE water) AS water,
               count(*) FILTER (WHERE income) AS income,
               sum(persons) FILTER (WHERE food) AS food_persons, sum(persons) FILTER (WHERE clothing) AS clothing_persons,
               sum(persons) FILTER (WHERE education) AS education_persons, sum(persons) FILTER (WHERE health) AS health_persons,
               sum(persons) FILTER (WHERE housing) AS housing_persons, sum(persons) FILTER (WHERE water) AS water_persons,
               sum(persons) FILTER (WHERE income) AS income_persons,
               count(*) FILTER (WHERE cohort = 'remaining_poor') AS poor, sum(persons) FILTER (WHERE cohort = 'remaining_poor') AS poor_persons,
               count(*) FILTER (WHERE cohort = 'unstable_exited') AS unstable, sum(persons) FILTER (WHERE cohort = 'unstable_exited') AS unstable_persons,
               count(*) FILTER (WHERE cohort = 'near_poor') AS near, sum(persons) FILTER (WHERE cohort = 'near_poor') AS near_persons
        FROM screened GROUP BY place
    )
    SELECT level, left(place, digits) AS place, sum(COLUMNS(* EXCLUDE (place, level, digits)))
    FROM leaf, (VALUES (1, 2), (2, 4), (3, 6), (4, 9), (5, 12)) AS levels(level, digits)
    GROUP BY level, left(place, digits)
) TO '{out}/totals.parquet' (FORMAT parquet, COMPRESSION zstd);
