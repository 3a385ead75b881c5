"""The numbers that generate the synthetic country, in one place.

They are invented to give a plausible population: rough national levels as generally known, never
estimates from microdata. Money is in kroner a year, rates are a year, ages are completed years.
"""

from __future__ import annotations

from typing import Final

# ---- time: the population is simulated from FIRST to HORIZON, data are written from DATA on
FIRST: Final = 1960
DATA: Final = 1990
HORIZON: Final = 2025
STATUS_FIRST: Final = 2010

# ---- population: thousands at known years, interpolated between; scaled to the persons asked for
STOCK_1960: Final = 3_580
BIRTHS: Final = {
    1960: 62, 1965: 66, 1970: 65, 1975: 56, 1980: 51, 1985: 51, 1990: 61, 1995: 60,
    2000: 59, 2005: 57, 2010: 61, 2015: 59, 2020: 53, 2024: 53,
}  # fmt: skip
IMMIGRANTS: Final = {
    1960: 5, 1970: 10, 1980: 10, 1987: 15, 1992: 13, 1999: 22, 2003: 19, 2006: 26, 2011: 48,
    2015: 42, 2019: 31, 2020: 23, 2022: 62, 2024: 44,
}  # fmt: skip
# Births by cohort before 1960, relative: they shape the pyramid of the first stock.
COHORTS: Final = {1860: 50, 1900: 66, 1920: 69, 1930: 48, 1935: 42, 1940: 48, 1946: 71, 1959: 63}
MALE_SHARE: Final = 0.513
TWINS: Final = 0.014

# ---- death: hazard at 80 in 2020 by sex, its slope by age, its decline by year (Gompertz)
DEATH_AT_80: Final = (0.055, 0.038)
DEATH_SLOPE: Final = 0.102
DEATH_DECLINE: Final = 0.014
DEATH_INFANT: Final = 0.0025
DEATH_BACKGROUND: Final = 0.00015

# ---- birth: weights of mothers by age (centre by year, spread), children already born, union
MOTHER_AGE: Final = {1960: 26.5, 1975: 25.5, 1990: 27.6, 2010: 29.6, 2024: 31.0}
MOTHER_SPREAD: Final = 5.0
MOTHER_AGES: Final = (18, 45)
FATHER_AGES: Final = (18, 48)
PARITY_WEIGHTS: Final = (1.0, 1.35, 0.42, 0.22, 0.12, 0.05)
SINGLE_MOTHER: Final = 0.05
UNKNOWN_FATHER: Final = 0.2
BORN_ABROAD: Final = 0.009
BORN_ABROAD_MIXED: Final = 0.04
# How far the talent that drives school and wages is inherited from each parent.
TALENT_FROM_PARENT: Final = 0.4

# ---- unions
UNION_RATE: Final = 0.17
UNION_AGE: Final = {1960: 24.0, 1990: 26.0, 2024: 28.0}
DIRECT_MARRIAGE: Final = {1960: 0.97, 1972: 0.85, 1980: 0.45, 1990: 0.15, 2005: 0.08, 2024: 0.06}
MARRIAGE_RATE: Final = 0.085
MARRIAGE_RATE_SAME_SEX: Final = 0.14
SEPARATION_RATE: Final = {1960: 0.004, 1975: 0.010, 1985: 0.019, 1995: 0.022, 2024: 0.019}
BREAK_RATE: Final = 0.055
SAME_SEX: Final = 0.026
CHILD_WITH_FATHER: Final = 0.2
SAME_MOVING_DAY: Final = 0.35

# ---- moves between municipalities by age of the oldest in the family, abroad and back
MOVE_RATES: Final = ((18, 0.09), (25, 0.10), (30, 0.055), (38, 0.025), (50, 0.012), (67, 0.007))
NEAR_SHARE: Final = 0.55
LEAVE_HOME: Final = (19, 27)
LEAVE_WITH_MOVE: Final = 0.5
EMIGRATE_NATIVE: Final = 0.0022
EMIGRATE_NEW: Final = 0.065
EMIGRATE_SETTLED: Final = 0.014
RETURN_NATIVE: Final = 0.11
RETURN_OTHER: Final = 0.012
ARRIVE_SINGLE: Final = 0.62
ARRIVE_MARRIED_ALONE: Final = 0.12
ARRIVE_MINOR_ALONE: Final = 0.012
JOINT_HOUSEHOLD: Final = 0.05
JOINT_HOUSEHOLD_PARENT: Final = 0.3

# ---- origins: SSB's three-digit country codes, share by period (until 1979, 1999, 2024)
ORIGINS: Final = {
    "101": (20, 7, 3), "106": (16, 8, 8), "103": (5, 2, 1), "105": (1, 2, 2), "104": (1, 0.5, 0.3),
    "102": (0.3, 0.2, 0.1), "139": (12, 5, 3), "144": (10, 4, 4), "684": (12, 4, 2),
    "127": (3, 2, 2), "117": (2, 1.5, 1.5), "137": (2, 1, 2), "123": (2, 1, 1.5),
    "612": (1.5, 0.6, 0.4),
    "131": (1, 3, 19), "136": (0, 0.3, 7), "124": (0, 0.2, 2), "133": (0, 0.5, 3),
    "111": (0, 0.3, 1.2),
    "140": (0.3, 2, 3), "148": (0, 0.2, 7), "120": (0, 0.1, 0.5), "138": (0, 0.1, 0.2),
    "155": (0, 7, 0.5), "161": (0, 4, 0.6), "143": (2, 4, 1.5), "156": (0, 0.3, 0.3),
    "534": (5, 7, 2.2), "575": (1, 7, 1), "424": (0.5, 4, 1), "456": (0.5, 5, 1.5),
    "444": (2, 2.5, 3),
    "428": (0.5, 2.5, 4.5), "568": (0.3, 2, 3), "484": (0.5, 1.5, 2), "452": (0, 4, 3.5),
    "564": (0.1, 0.4, 5.5), "404": (0, 0.6, 3), "346": (0.1, 4, 5), "241": (0, 0.8, 4.5),
    "246": (0.1, 1.2, 1.7), "359": (1.5, 2, 0.8), "725": (0.5, 4, 0.7), "715": (0.3, 0.7, 1.5),
    "980": (0, 0.2, 0.5), "990": (0.2, 0.3, 0.3),
}  # fmt: skip
NORWAY: Final = "000"

# ---- education: cuts on talent + trend for the final level, by birth cohort
LEVELS: Final = ("2", "3", "4", "5", "6", "7", "8")
LEVEL_CUTS_1930: Final = (-0.35, 0.10, 1.28, 1.36, 2.30, 3.10)
LEVEL_CUTS_1990: Final = (-1.25, -0.92, 0.0, 0.12, 1.20, 2.70)
LEVEL_NOISE: Final = 0.85
LEVEL_WOMEN: Final = {1930: -0.25, 1960: 0.10, 1990: 0.35}
LATE_BACHELOR: Final = 0.08
UNKNOWN_EDUCATION: Final = 0.04
# Broad field by sex (men, women), digits 1 to 8 of NUS2000's second place, below and above level 6.
FIELDS: Final = "12345678"
FIELDS_SCHOOL: Final = ((7, 1, 3, 14, 52, 5, 6, 12), (11, 2, 4, 24, 6, 42, 2, 9))
FIELDS_HIGHER: Final = ((9, 9, 13, 23, 32, 9, 2, 3), (11, 23, 14, 15, 8, 27, 1, 1))

# ---- work: log-odds-like score of having a job; noise is a person's own part and a yearly part
WORK_LEVEL: Final = 1.15
WORK_PERSON: Final = 0.75
WORK_YEARLY: Final = 0.55
WORK_PERSISTENCE: Final = 0.7
WORK_EDUCATION: Final = {
    "2": -0.45,
    "3": -0.2,
    "4": 0.1,
    "5": 0.2,
    "6": 0.4,
    "7": 0.55,
    "8": 0.6,
    "9": -0.3,
}
WORK_WOMAN: Final = -0.08
WORK_SMALL_CHILD: Final = -0.15
WORK_IMMIGRANT: Final = -0.45
WORK_NEW_IMMIGRANT: Final = -0.35
WORK_STUDENT: Final = -0.7
WORK_TALENT: Final = 0.15
# By age; straight lines between.
WORK_BY_AGE: Final = {
    15: -2.2, 16: -1.6, 17: -1.2, 18: -0.7, 20: -0.25, 25: 0.0, 30: 0.1, 50: 0.1, 55: 0.0,
    60: -0.25, 62: -0.6, 65: -1.1, 67: -2.0, 70: -2.5, 74: -3.1, 75: -9.0,
}  # fmt: skip
# Disability takes off the first, and the second times the square of the degree.
WORK_DISABLED: Final = (0.6, 2.6)
NEW_JOB: Final = 0.06
MANAGERS: Final = 0.09
MANAGER_AGE: Final = 33
SELF_EMPLOYED: Final = 0.055
JOBLESS_BAND: Final = 0.22
# Out of work a little further than the jobless: short spells of seeking; far: reduced capacity.
SEEKING_BAND: Final = 0.1
REDUCED_BAND: Final = 1.3
REDUCED_SHARE: Final = 0.14
# Barely in work: seeking more hours.
PARTLY_BAND: Final = 0.05
PART_TIME_WOMAN: Final = 0.36
PART_TIME_MAN: Final = 0.14
PART_TIME_STUDENT: Final = 0.45
PART_TIME_YOUNG: Final = 0.35
PART_TIME_OLD: Final = 0.3
PART_TIME_DISABLED: Final = 0.8
PART_TIME_HOURS: Final = (4.0, 34.0)
# Hours of a full week with cumulative shares.
FULL_TIME_HOURS: Final = ((0.72, 37.5), (0.86, 35.5), (0.95, 40.0), (1.0, 38.0))
HOURS_CHANGE: Final = 0.3
HOURS_DRIFT: Final = 0.12
COMMUTE: Final = 0.32
WORK_IN_COUNTY: Final = 0.85

# ---- disability pension: onset by age (base at 45, slope), shares of degrees
DISABILITY_AT_45: Final = 0.006
DISABILITY_SLOPE: Final = 0.065
# Factors for level 6 and more, 4 and 5, below.
DISABILITY_SCHOOL: Final = (0.45, 0.8, 1.5)
DISABILITY_DEGREES: Final = ((100, 0.68), (50, 0.2), (60, 0.05), (80, 0.04), (40, 0.03))

# ---- wages: log of a full-time year in 2020 money, then indexed by year
WAGE_LEVEL: Final = 12.72
WAGE_EDUCATION: Final = {
    "2": 0.0,
    "3": 0.03,
    "4": 0.13,
    "5": 0.20,
    "6": 0.24,
    "7": 0.44,
    "8": 0.52,
    "9": -0.05,
}
WAGE_AGE: Final = 0.026
WAGE_AGE_SQUARED: Final = -0.00033
WAGE_WOMAN: Final = -0.12
WAGE_OSLO: Final = 0.10
WAGE_CITY: Final = 0.04
WAGE_IMMIGRANT: Final = -0.12
WAGE_TALENT: Final = 0.12
WAGE_PERSON: Final = 0.22
WAGE_YEARLY: Final = 0.10
WAGE_MANAGER: Final = 0.28
WAGE_FULLY_DISABLED: Final = 0.08
# Share of employees who work part of the year; (share, part of a full year's wage) of the others.
PART_YEAR_EMPLOYEE: Final = 0.1
SIDE_WAGE_SELF_EMPLOYED: Final = (0.3, 0.5)
SIDE_WAGE_JOBLESS: Final = (0.55, 0.45)
SIDE_WAGE_OUTSIDE: Final = (0.1, 0.12)
WAGE_INDEX: Final = {
    1990: 0.33,
    2000: 0.50,
    2005: 0.61,
    2010: 0.75,
    2015: 0.89,
    2020: 1.0,
    2022: 1.08,
    2024: 1.19,
}
BUSINESS_LEVEL: Final = 12.4
BUSINESS_SPREAD: Final = 0.9
BUSINESS_LOSS: Final = 0.12
BUSINESS_LOSS_SIZE: Final = 0.25
SIDE_BUSINESS: Final = 0.03
SIDE_BUSINESS_SIZE: Final = 0.15

# ---- other income: kroner in 2020
BASIC_AMOUNT: Final = 100_000
PENSION_AGE: Final = 67
# In basic amounts: a pension and its addition per level of education, and the others.
PENSION: Final = (2.0, 0.16)
PENSION_PERSON: Final = 0.12
EARLY_PENSION_AGE: Final = 62
EARLY_PENSION: Final = 2.2
EARLY_PENSION_SHARE: Final = 0.6
DISABILITY_PENSION: Final = 2.7
UNEMPLOYMENT_DAY: Final = 620
MAINTENANCE: Final = 22_000
MAINTENANCE_FROM: Final = 250_000
MAINTENANCE_SHARE: Final = 0.02
CAPITAL_SHARE: Final = 0.72
CAPITAL_LEVEL: Final = 7.2
CAPITAL_AGE: Final = 0.02
CAPITAL_SPREAD: Final = 1.9
SOCIAL_LEVEL: Final = 9_500
ASSISTANCE: Final = 0.05
ASSISTANCE_IMMIGRANT: Final = 2.6
ASSISTANCE_SCHOOL: Final = (1.6, 0.6)
ASSISTANCE_YOUNG: Final = 1.5
ASSISTANCE_AGAIN: Final = 0.45
STUDENT_GRANT: Final = 44_000
STUDENT_GRANT_SHARE: Final = 0.7
CHILD_BENEFIT: Final = {
    1990: 9_000,
    1996: 11_600,
    2018: 11_640,
    2019: 12_648,
    2021: 14_500,
    2024: 18_500,
}
WEALTH_LEVEL: Final = 11.2
WEALTH_AGE: Final = 0.052
WEALTH_TALENT: Final = 0.18
WEALTH_YEARLY: Final = 0.12
WEALTH_SPREAD: Final = 0.95
WEALTH_TAXED: Final = 0.55
WEALTH_NONE: Final = 0.04
# Tax: share of what lies above each limit (2020 kroner, indexed as wages).
TAX_STEPS: Final = ((60_000, 0.22), (200_000, 0.08), (550_000, 0.11), (1_000_000, 0.06))

# ---- benefits: shares and amounts (2020 kroner, basic amounts where said)
# Who is ill for more than 16 days in a year (men, women), and the mean part of the year's pay.
SICK_SHARES: Final = (0.16, 0.11)
SICK_PART: Final = 0.13
# Part of a year's pay that is parental benefit in the year of a birth and the next: mother, father.
PARENTS_PART: Final = ((0.5, 0.16), (0.3, 0.14))
# Work assessment allowance of a whole year, in basic amounts.
ASSESSMENT: Final = 2.1
ASSESSMENT_UNTIL: Final = 450_000
CARE_AT_HOME_SHARE: Final = 0.3
CARE_AT_HOME: Final = {1998: 2_300, 2003: 3_300, 2014: 6_000, 2017: 7_500, 2024: 7_500}
HEALTH_BENEFIT: Final = 14_000
# With and without a disability pension.
HEALTH_BENEFIT_SHARES: Final = (0.22, 0.025)
HOUSING_LIMIT: Final = 230_000
HOUSING_MOST: Final = 45_000
HOUSING_SHARE: Final = 0.16
# Deduction from wages and pensions: share and most.
MINIMUM_DEDUCTION: Final = (0.45, 104_000)

# ---- jobs
SECOND_JOB: Final = 0.09
SECOND_JOB_FROM: Final = 10.0
SECOND_JOB_HOURS: Final = (2.0, 16.0)
# Mean years that a job had lasted when the series begins.
JOB_YEARS: Final = 7.0
# Mean part of the pay that is paid on top of what is agreed.
EXTRA_PAY: Final = 0.05

# ---- school: part of people with a school certificate and no degree who once began one
DEGREE_GIVEN_UP: Final = 0.2
# Grades: mean, what a standard deviation of talent, of diligence and of luck in a subject gives.
GRADE_MEAN: Final = 3.9
GRADE_TALENT: Final = 0.6
GRADE_DILIGENCE: Final = 0.45
GRADE_LUCK: Final = 0.65
# Correlation of a test score with talent.
TEST_TALENT: Final = 0.75

# ---- reasons for immigration: work, family, flight, education, other, unknown
NORDIC: Final = ("101", "102", "103", "104", "105", "106")
REFUGEES: Final = (
    "155", "161", "148", "575", "424", "456", "568", "452", "564", "404", "346", "241", "246",
)  # fmt: skip
REASONS: Final = {
    "nordic": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    "refugees": (0.02, 0.24, 0.70, 0.02, 0.01, 0.01),
    "neighbours": (0.58, 0.26, 0.03, 0.10, 0.02, 0.01),
    "others": (0.16, 0.52, 0.10, 0.18, 0.02, 0.02),
}
REASONS_CHILDREN: Final = {
    "nordic": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    "refugees": (0.0, 0.28, 0.71, 0.0, 0.0, 0.01),
    "neighbours": (0.0, 0.95, 0.03, 0.0, 0.01, 0.01),
    "others": (0.0, 0.86, 0.11, 0.0, 0.01, 0.02),
}

# ---- dwellings: shares of detached, semi-detached, row houses, flats, others; by size of place
DWELLINGS: Final = {
    "large": (0.10, 0.06, 0.13, 0.68, 0.03),
    "middle": (0.42, 0.11, 0.14, 0.30, 0.03),
    "small": (0.70, 0.10, 0.08, 0.09, 0.03),
}
# Square metres (mean of the log), by kind.
DWELLING_AREA: Final = (4.86, 4.60, 4.48, 4.12, 4.0)
DWELLING_SPREAD: Final = 0.27
DWELLING_PER_PERSON: Final = 0.10
CROWDED_AREA: Final = 25

# ---- vehicles: share of persons with a car by age, number of others, sale and new cars a year
CAR_OWNERS: Final = {17: 0.0, 18: 0.2, 25: 0.42, 35: 0.62, 50: 0.70, 70: 0.66, 80: 0.42, 95: 0.08}
CAR_OSLO: Final = 0.55
SECOND_CAR: Final = 0.24
OTHER_VEHICLE: Final = 0.2
VEHICLE_SOLD: Final = 0.11
VEHICLE_SCRAPPED: Final = 0.045
# Of cars first registered in a year: diesel, electric, hybrid; the rest is petrol.
FUELS: Final = {
    1980: (0.03, 0.0, 0.0), 2000: (0.10, 0.0, 0.0), 2008: (0.70, 0.001, 0.01),
    2012: (0.62, 0.03, 0.05), 2016: (0.31, 0.16, 0.24), 2018: (0.18, 0.31, 0.29),
    2020: (0.09, 0.54, 0.28), 2022: (0.03, 0.79, 0.13), 2024: (0.02, 0.89, 0.07),
}  # fmt: skip
USED_IMPORT: Final = 0.06

# ---- electricity: kWh a month, by kind of dwelling and square metre and person
POWER_LEVEL: Final = (620.0, 520.0, 430.0, 240.0, 300.0)
POWER_PER_PERSON: Final = 130.0
POWER_SPREAD: Final = 0.3
# By month; the coldest about twice the warmest.
POWER_SEASON: Final = (1.42, 1.30, 1.24, 1.03, 0.88, 0.74, 0.68, 0.70, 0.77, 0.94, 1.12, 1.33)
SOLAR: Final = {2020: 0.004, 2022: 0.02, 2024: 0.05}
SOLAR_SEASON: Final = (10, 60, 200, 380, 520, 540, 500, 400, 240, 100, 25, 5)
